package io.flowdb.sample.city;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;

/**
 * How much of a file is in the database. Stored beside the data: an import that was cut off goes on from here.
 *
 * @param name of the file
 * @param documents lines whose documents are stored
 * @param complete whether these are all
 */
@ObjectStore("imports")
record ImportProgress(@Id String name, int documents, boolean complete) {}
