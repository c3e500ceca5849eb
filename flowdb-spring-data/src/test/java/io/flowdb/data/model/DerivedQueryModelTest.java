package io.flowdb.data.model;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Methods of random names, each of which must give what filtering, sorting and cutting a list gives: over random
 * entities, with and without random indexes, inside a transaction with changes of its own and outside of one. What a
 * name means is {@link Condition} and {@link Values}; {@code -Dflowdb.test.seed} repeats a run,
 * {@code -Dflowdb.test.rounds} makes it longer.
 */
class DerivedQueryModelTest {

    private static final int METHODS = 150;
    private static final int CALLS = 4;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final int rounds = Integer.getInteger("flowdb.test.rounds", 4);

    @Test
    void derivedQuery_anyName_isFilterSortSlice(@TempDir Path directory) throws Exception {
        for (int round = 0; round < rounds; round++) {
            new MethodRound(seed + round, METHODS, RandomMethod::random, directory.resolve("round" + round)).run(CALLS);
        }
    }
}
