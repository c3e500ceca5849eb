package io.flowdb.json;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a query was carried out.
 *
 * @param store name of the store
 * @param index names of the chosen indexes with {@code +} between them; null if only the primary key was used, or if
 *     all documents were walked
 * @param bounds the walked key ranges, as text; the first 20, and how many more there are
 * @param reverse whether they were walked backwards
 * @param entriesRead index entries read, and keys of documents that decided alone
 * @param documentsRead documents read
 * @param rowsReturned rows of the result
 * @param sorted whether the rows had to be sorted
 * @param indexOnly whether keys alone decide which documents are found: {@code count} and {@code exists} read none
 *     then; the rows themselves are documents read all the same
 * @param nanos time taken
 */
public record Explain(
        String store,
        @Nullable String index,
        List<String> bounds,
        boolean reverse,
        long entriesRead,
        long documentsRead,
        long rowsReturned,
        boolean sorted,
        boolean indexOnly,
        long nanos) {}
