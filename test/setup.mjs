// Mocha would try to read TypeScript without what reads it, and blame that for whatever is wrong in the setup.
export {mochaHooks} from './setup.ts'
