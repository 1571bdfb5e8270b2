/** What is used of the library. It is loaded whole from the sources; the build leaves the rest of it out. */
export {commit, createRepo, datasetInfo, deleteRepo, listDatasets, listFiles, whoAmI} from '@huggingface/hub'
