export const compileCache: string;
export const serviceEnvironment: Record<string, string>;
export const serviceFlags: string[];
export function run(command: string, args: string[], environment?: Record<string, string>): void;
