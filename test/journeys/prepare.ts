/** What a journey makes when it is missing, made before several of them run beside each other. */
import { buildApp } from '../../scripts/build.ts';
import { removeFolder, temporaryFolder } from '../engine/cliSupport.ts';
import { fillWithFunctions } from './harness.ts';

const copy = temporaryFolder('baton-prepared');
await Promise.all([buildApp(), fillWithFunctions(copy)]);
removeFolder(copy);
