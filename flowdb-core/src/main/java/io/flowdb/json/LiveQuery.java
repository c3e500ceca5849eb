package io.flowdb.json;

import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A query whose result is given out now and after each commit that changes it. Made by {@link JsonDB#observe}. Runs on a daemon
 * thread of its own until it is closed, or the database is. Threads: any may close it; the listener is called by one.
 */
public final class LiveQuery implements AutoCloseable {
    private static final long POLL_NANOS = 100_000_000L;

    private final JsonQuery query;
    private final String store;
    private final Consumer<List<JsonNode>> listener;
    private final ChangeFeed feed;
    private volatile boolean closed; // ends the thread
    private volatile @Nullable RuntimeException failure; // what ended the thread

    LiveQuery(JsonQuery query, String store, Consumer<List<JsonNode>> listener, ChangeFeed feed) {
        this.query = query;
        this.store = store;
        this.listener = listener;
        this.feed = feed;
    }

    LiveQuery start() {
        Thread thread = new Thread(this::run, "flowdb-live-query");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        return this;
    }

    /** What ended it, if it was not closed: an error of the query or of the listener. */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    /** Whether results are still given out. */
    public boolean isOpen() {
        return !closed;
    }

    /** Ends it; a call of the listener that is under way may still finish. Idempotent. */
    @Override
    public void close() {
        closed = true;
    }

    private void run() {
        try {
            List<JsonNode> result = query.collect();
            listener.accept(result);
            while (!closed) {
                if (awaitRelevant()) {
                    List<JsonNode> next = query.collect();
                    if (!next.equals(result)) {
                        result = next;
                        listener.accept(next);
                    }
                }
            }
        } catch (EngineClosedException e) {
            closed = true;
        } catch (InterruptedException e) {
            closed = true;
        } catch (RuntimeException e) {
            failure = e;
            closed = true;
        }
    }

    /** Waits for changes and returns whether one of those that have come concerns the query. */
    private boolean awaitRelevant() throws InterruptedException {
        boolean relevant = false;
        ChangeLog.Entry entry = feed.next(POLL_NANOS);
        while (entry != null) {
            for (ChangeLog.Recorded change : entry.changes()) {
                relevant = relevant
                        || (change.store().name.equals(store)
                                && (concerns(change.before()) || concerns(change.after())));
            }
            entry = feed.next(0);
        }
        return relevant;
    }

    private boolean concerns(byte @Nullable [] document) {
        try {
            return document != null && query.matches(DocumentCodec.decode(document));
        } catch (FlowDbException e) {
            return true;
        }
    }
}
