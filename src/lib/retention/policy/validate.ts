import {Ajv, type ErrorObject, type ValidateFunction} from 'ajv'

import {type PolicyDocument} from './keys.js'
import {type Problem} from './problems.js'
import {POLICY_SCHEMA, type Schema} from './schema.js'
import {adviceOn} from './unknown-keys.js'
import {below, keyOf, type Tree} from './yaml.js'

let compiled: ValidateFunction<PolicyDocument> | undefined

/** Compiled from the very schema that is published, so that editors and this program cannot differ. */
function compile(): ValidateFunction<PolicyDocument> {
  const ajv = new Ajv({allErrors: true, verbose: true, allowUnionTypes: true, strictRequired: false})
  ajv.addVocabulary(['errorMessage'])
  return ajv.compile<PolicyDocument>(POLICY_SCHEMA)
}

/**
 * Checks the form of a policy.
 * @returns the policy, or what is wrong with it
 */
export function validate({value, written}: Tree): PolicyDocument | Problem[] {
  compiled ??= compile()
  const isValid = compiled
  if (isValid(value)) return value
  const found = new Map<string, Problem>()
  for (const error of isValid.errors ?? []) {
    const pointer = pointerOf(error)
    // Of several about one part the last is about the whole of it.
    if (pointer !== undefined) found.set(pointer, problemOf(error, pointer, written))
  }

  const around = new Set([...found.keys()].flatMap((pointer) => partsAround(pointer)))
  return [...found].filter(([pointer]) => !around.has(pointer)).map(([, problem]) => problem)
}

/** Which part an error is about; undefined for one that another one says better. */
function pointerOf({instancePath, schemaPath, keyword, params}: ErrorObject): string | undefined {
  if (keyword === 'additionalProperties') return below(instancePath, params.additionalProperty)
  if (keyword !== 'required') return instancePath
  return schemaPath.includes('/anyOf/') ? undefined : below(instancePath, params.missingProperty)
}

/** The parts that a part stands in: a list is wrong because of what is in it. */
function partsAround(pointer: string): string[] {
  const steps = pointer.split('/')
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('/'))
}

function problemOf({keyword, parentSchema}: ErrorObject, pointer: string, written: Tree['written']): Problem {
  const {line, text: given} = written.get(pointer) ?? {line: undefined, text: 'nothing'}
  const key = keyOf(pointer)
  if (keyword === 'additionalProperties') return {line, key, text: adviceOn(key ?? '')}
  if (keyword === 'required') return {key, text: 'it is missing: begin with "version: 1"'}
  const {errorMessage = 'it is not as the schema asks'} = parentSchema as Schema
  const isGiven = keyword !== 'anyOf' || pointer !== ''
  return {line, key, text: isGiven ? `${errorMessage}, not ${given}` : errorMessage}
}
