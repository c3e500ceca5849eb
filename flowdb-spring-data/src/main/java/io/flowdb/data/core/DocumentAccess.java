package io.flowdb.data.core;

import io.flowdb.error.FlowDbException;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.JsonDB;
import io.flowdb.json.JsonTransaction;
import io.flowdb.json.StoreSchema;
import io.flowdb.json.TransactionMode;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The documents, through the transaction of the thread if there is one; exceptions are translated. Between its end and
 * that of its synchronizations a transaction is still the thread's: reads then see what is stored, writes are refused.
 * Threads: any.
 */
final class DocumentAccess {

    private final Supplier<JsonDB> database;
    private final FlowDbExceptionTranslator exceptions = new FlowDbExceptionTranslator();

    DocumentAccess(Supplier<JsonDB> database) {
        this.database = database;
    }

    /** One read. */
    <R extends @Nullable Object> R read(Function<? super DocumentOperations, R> read) {
        return run(DocumentAccess::openHolder, read);
    }

    /** One operation that may write. */
    <R extends @Nullable Object> R execute(Function<? super DocumentOperations, R> action) {
        return run(DocumentAccess::holder, action);
    }

    private <R extends @Nullable Object> R run(
            Function<JsonDB, @Nullable FlowDbResourceHolder> transaction,
            Function<? super DocumentOperations, R> action) {
        try {
            JsonDB db = database.get();
            FlowDbResourceHolder holder = transaction.apply(db);
            return action.apply(holder == null ? db : holder.transaction());
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    /**
     * One write that tells its caller nothing of what is stored; it is made again after a conflict. If that may be
     * later, {@code detach} is called at once, to make it independent of what changes meanwhile.
     */
    <R extends @Nullable Object> R write(Function<? super DocumentOperations, R> write, Runnable detach) {
        try {
            JsonDB db = database.get();
            FlowDbResourceHolder holder = holder(db);
            return holder == null ? write.apply(db) : holder.write(write, detach);
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    /** Several writes, as {@link #write} makes one. */
    <R extends @Nullable Object> R writeAll(
            Collection<String> stores, Function<? super DocumentOperations, R> writes, Runnable detach) {
        try {
            JsonDB db = database.get();
            FlowDbResourceHolder holder = holder(db);
            return holder == null
                    ? db.inTransaction(TransactionMode.READ_WRITE, stores, writes::apply)
                    : holder.writeAll(writes, detach);
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    /** Reads and writes that belong together. */
    <R extends @Nullable Object> R atomically(Collection<String> stores, Function<? super JsonTransaction, R> action) {
        try {
            JsonDB db = database.get();
            FlowDbResourceHolder holder = holder(db);
            return holder == null
                    ? db.inTransaction(TransactionMode.READ_WRITE, stores, action::apply)
                    : holder.wholly(action);
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    /** What a write gave to an entity; the transaction of the thread, if there is one, takes it back with the write. */
    void given(List<GivenValue> values) {
        if (!values.isEmpty()) {
            outside(db -> Optional.ofNullable(holder(db))).ifPresent(holder -> holder.given(values));
        }
    }

    /** What concerns the database as a whole and no transaction. */
    <R> R outside(Function<JsonDB, R> action) {
        try {
            return action.apply(database.get());
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    /** The definition of a store. */
    StoreSchema schema(String store) {
        return outside(db -> db.getStore(store));
    }

    /** Several reads of one state. */
    <R extends @Nullable Object> R consistently(String store, Function<? super DocumentOperations, R> reads) {
        try {
            JsonDB db = database.get();
            FlowDbResourceHolder holder = openHolder(db);
            if (holder != null) {
                return reads.apply(holder.transaction());
            }
            try (JsonTransaction snapshot = db.transaction(TransactionMode.READ_ONLY, store)) {
                return reads.apply(snapshot);
            }
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    /** A stream whose own exceptions are translated as well. */
    <X> Stream<X> stream(Function<? super DocumentOperations, Stream<X>> read) {
        Stream<X> source = read(read);
        return StreamSupport.stream(new TranslatingSpliterator<>(source.spliterator(), exceptions), false)
                .onClose(source::close);
    }

    private static @Nullable FlowDbResourceHolder openHolder(JsonDB db) {
        FlowDbResourceHolder holder = holder(db);
        return holder == null || holder.hasEnded() ? null : holder;
    }

    private static @Nullable FlowDbResourceHolder holder(JsonDB db) {
        return (FlowDbResourceHolder) TransactionSynchronizationManager.getResource(db);
    }
}
