// The face of builds.
export { Builder, type BuilderOptions, type BuildLimits, type BuildWish, type Built } from './build.ts';
export { type Code } from './door.ts';
export { type OpenGroup } from './run-layer.ts';
export { type BuildSandbox, type BuildSandboxWish, type OpenBuildSandbox } from './sandbox.ts';
