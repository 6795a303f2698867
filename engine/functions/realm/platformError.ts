/** A failure of a platform API under the name its standard gives it (`TypeError`, `OperationError`, …). */
export class PlatformError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}
