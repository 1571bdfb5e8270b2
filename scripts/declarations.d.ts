export function pruneDeclarations(front: string): void
export function reachedFrom(front: string): Set<string>
export function importsOf(file: string): string[]
