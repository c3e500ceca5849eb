package io.flowdb.json;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one store outside transactions: each in one state, the newest when it begins. Threads: any.
 *
 * @param current the database of the moment; asked once in each read
 */
record SnapshotSource(Supplier<Database> current, String store) implements JsonQuery.Source {

    @Override
    public <R extends @Nullable Object> R read(Function<Reads, R> body) {
        Database database = current.get();
        try (Session session = database.open()) {
            return body.apply(reads(database, session));
        }
    }

    @Override
    public JsonQuery.Opened open() {
        Database database = current.get();
        Session session = database.open();
        try {
            return new JsonQuery.Opened(reads(database, session), database::checkOpen, session::close);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    private Reads reads(Database database, Session session) {
        return new Reads(session.view(), session.catalog().store(store), database.limits);
    }

    @Override
    public boolean isOf(Database database) {
        return current.get() == database;
    }

    @Override
    public long delete(Function<Reads, List<byte[]>> keys) {
        return new QueryDelete(current.get(), store, keys).run();
    }
}
