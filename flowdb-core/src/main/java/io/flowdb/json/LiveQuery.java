package io.flowdb.json;

import io.flowdb.FlowRecord;
import io.flowdb.StoreCursor;
import io.flowdb.error.ChangeGapException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A query whose result is given out now, after each commit that changes it, and soon after the expiry of a document
 * has. Made by {@link JsonDB#observe}. Changes that come faster than the listener returns are given out together. Runs
 * on a daemon thread of its own until it is closed, or the database is; what is changed on the query later does not
 * concern it. Threads: any may close it; the listener is called by one.
 */
public final class LiveQuery implements AutoCloseable {
    /** How long after its expiry a document may still be in the result. */
    private static final long EXPIRY_NANOS = Duration.ofMillis(500).toNanos();

    private final Database database;
    private final JsonQuery query;
    private final RowReader reader; // of the thread
    private final String store;
    private final Consumer<List<JsonNode>> listener;
    private volatile boolean closed; // ends the thread
    private volatile @Nullable Throwable failure; // what ended the thread

    /** What was seen of the changes. */
    private long position;

    /** When the first document of the store expires, so that the query has to be asked again. */
    private long nextExpiry;

    /** The store the result is of; a store that is deleted and created anew has another number. */
    private int storeId;

    LiveQuery(Database database, JsonQuery query, Consumer<List<JsonNode>> listener) {
        this.database = database;
        this.query = query;
        this.reader = new RowReader(List.of(query.condition()), Set.of());
        this.store = query.store();
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    LiveQuery start() {
        Thread thread = new Thread(this::run, "flowdb-live-query");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        return this;
    }

    /**
     * What ended it, if it was not closed: an error of the query or of the listener, such as a store that was deleted.
     */
    public @Nullable Throwable failure() {
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
        database.changeLog.wake();
    }

    private void run() {
        try {
            List<JsonNode> result = ask();
            tell(result);
            while (!closed) {
                if (awaitRelevant()) {
                    List<JsonNode> next = ask();
                    if (!next.equals(result)) {
                        result = next;
                        tell(next);
                    }
                }
            }
        } catch (EngineClosedException e) {
            failure = database.isOpen() ? e : null; // of the listener, or ended from outside
        } catch (Exception e) { // a listener may throw what it does not declare
            failure = e;
        } catch (Error e) {
            failure = e;
            throw e;
        } finally {
            closed = true;
        }
    }

    /** Hands out copies: the listener may change what it is given, and the next result is compared with this one. */
    private void tell(List<JsonNode> result) {
        List<JsonNode> copies = new ArrayList<>(result.size());
        result.forEach(document -> copies.add(document.deepCopy()));
        if (closed) {
            return;
        }
        listener.accept(copies);
        Thread.interrupted(); // the thread is not the listener's
    }

    /** The present result. What is committed later is still to be seen, as {@code position} is read first. */
    private List<JsonNode> ask() {
        position = Math.max(position, database.changeLog.completeUpTo());
        try (Session session = database.open()) {
            StoreDef def = session.catalog().store(store);
            if (def.id != storeId || nextExpiry <= database.nowMicros()) {
                storeId = def.id;
                nextExpiry = firstExpiry(session, def);
            }
        }
        return query.collect();
    }

    private static long firstExpiry(Session session, StoreDef def) {
        long first = FlowRecord.NEVER;
        try (StoreCursor cursor = session.view().documents(def.prefix, def.end, false)) {
            while (cursor.next()) {
                first = Math.min(first, cursor.expireAt());
            }
        }
        return first;
    }

    /**
     * Waits for changes or an expiry, and returns whether one of those that have come concerns the query. An interrupt
     * ends it, which can only come from outside.
     */
    private boolean awaitRelevant() {
        try {
            boolean relevant = false;
            ChangeLog.Committed entry = database.changeLog.next(
                    position, nextExpiry == FlowRecord.NEVER ? Long.MAX_VALUE : EXPIRY_NANOS, () -> closed);
            while (entry != null) {
                position = entry.seqno();
                for (RecordedChange change : entry.changes()) {
                    relevant = concerns(change) || relevant;
                }
                entry = database.changeLog.next(position, 0, () -> true);
            }
            return relevant || nextExpiry <= database.nowMicros();
        } catch (ChangeGapException e) {
            nextExpiry = 0;
            return true;
        } catch (InterruptedException e) {
            closed = true;
            return false;
        }
    }

    private boolean concerns(RecordedChange change) {
        if (!change.store().equals(store)) {
            return false;
        }
        nextExpiry = Math.min(nextExpiry, change.expireAt());
        return change.isDeletionOfStore() || matches(change.before()) || matches(change.after());
    }

    private boolean matches(byte @Nullable [] document) {
        try {
            return document != null && reader.read(document, document.length, false, false) != null;
        } catch (FlowDbException e) {
            return true;
        }
    }
}
