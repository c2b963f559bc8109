export const compileCache: string;
export const serviceFlags: string[];
export function run(command: string, args: string[]): void;
