/** Which environment variables the functions of a component see (§8.3, §9.2). */
import type { Generation } from './generation.ts';

export interface EnvironmentSource {
  env: () => Record<string, string>;
  urls: () => { cloud: string; site: string };
}

/** The root sees the deployment's variables; a component what its parent bound; both see the built-in URLs. */
export function environmentOf(
  component: string,
  generation: Generation,
  source: EnvironmentSource,
): Record<string, string> {
  const { cloud, site } = source.urls();
  const builtin = { CONVEX_CLOUD_URL: cloud, CONVEX_SITE_URL: site + mountPath(component, generation) };
  const bound = generation.component(component)?.env ?? null;
  if (component === '' || bound === null) return { ...(component === '' ? source.env() : {}), ...builtin };
  const deployment = source.env();
  const seen: Record<string, string> = {};
  for (const [name, binding] of Object.entries(bound)) {
    const value = 'value' in binding ? binding.value : deployment[binding.envVar];
    if (value !== undefined) seen[name] = value;
  }
  return { ...seen, ...builtin };
}

/** The deployment's variable that a component sees as `name`; null if what it sees cannot change without a push. */
export function deploymentVariable(component: string, name: string, generation: Generation): string | null {
  if (component === '') return name;
  const binding = generation.component(component)?.env?.[name];
  return binding !== undefined && 'envVar' in binding ? binding.envVar : null;
}

/** Where the HTTP routes of a component are mounted, without a trailing slash; empty when they are not, or for the root. */
function mountPath(component: string, generation: Generation): string {
  let path = '';
  let at = '';
  for (const name of component === '' ? [] : component.split('/')) {
    const mounts = generation.component(at)?.httpMounts ?? {};
    const prefix = Object.keys(mounts).find((key) => mounts[key] === name);
    if (prefix === undefined) return '';
    path += prefix.replace(/\/$/, '');
    at = at === '' ? name : `${at}/${name}`;
  }
  return path;
}
