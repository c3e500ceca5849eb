package io.flowdb.data.model;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random predicates of the language of {@code @Query}, each of which must give what filtering, sorting and cutting a
 * list gives, as {@link DerivedQueryModelTest} does for names. What a predicate means is {@link RandomQuery} and
 * {@link Values}; {@code -Dflowdb.test.seed} repeats a run, {@code -Dflowdb.test.rounds} makes it longer.
 */
class QueryModelTest {

    private static final int METHODS = 100;
    private static final int CALLS = 3;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final int rounds = Integer.getInteger("flowdb.test.rounds", 2);

    @Test
    void query_anyPredicate_isFilterSortSlice(@TempDir Path directory) throws Exception {
        for (int round = 0; round < rounds; round++) {
            new MethodRound(seed + round, METHODS, RandomQuery::random, directory.resolve("round" + round)).run(CALLS);
        }
    }
}
