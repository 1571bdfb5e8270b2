/** What is used of the library, imported with the first request: `--help` and a usage error need none of it. */
export {commit, createRepo, datasetInfo, deleteRepo, listDatasets, listFiles, whoAmI} from '@huggingface/hub'
