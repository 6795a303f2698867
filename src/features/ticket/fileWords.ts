/** What may go with a message, said before one chooses. */
import { maxFileBytes, maxFilesOfMessage } from '../../../convex/shared/kit/limits';

export const fileLimits = `Up to ${maxFilesOfMessage} files of any kind, ${maxFileBytes / 1024 / 1024} MB each`;
