import oclif from 'eslint-config-oclif'
import prettier from 'eslint-config-prettier'

export default [
  {ignores: ['dist/', 'coverage/']},
  ...oclif,
  {
    // The order of keys, members and alternatives tells the reader something: the life of a run, the groups of
    // the help, metrics before results. Alphabetical order would hide it.
    rules: {
      'perfectionist/sort-classes': 'off',
      'perfectionist/sort-interfaces': 'off',
      'perfectionist/sort-objects': 'off',
      'perfectionist/sort-object-types': 'off',
      'perfectionist/sort-switch-case': 'off',
      'perfectionist/sort-union-types': 'off',
    },
  },
  prettier,
]
