package io.flowdb.benchmarks.engine;

import io.flowdb.Engine;

/** Waits for the background work of FlowDB, so that reads are measured on the tables that stay. Stateless. */
public final class Compactions {
    private static final long PAUSE_MILLIS = 200;

    private Compactions() {}

    /** Returns when everything is flushed and no compaction is running or due. */
    public static void awaitIdle(Engine engine) throws InterruptedException {
        long before = -1;
        for (long done = finished(engine); done != before; done = finished(engine)) {
            before = done;
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /* GC waits for a running compaction. What is due begins at once after a flush or another compaction. */
    private static long finished(Engine engine) {
        engine.flush();
        engine.gc();
        return engine.stats().compactions().count();
    }
}
