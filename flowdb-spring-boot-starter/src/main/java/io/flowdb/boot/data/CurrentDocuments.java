package io.flowdb.boot.data;

import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.json.JsonDB;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Where template and transaction manager get the documents at each use: from the engine of the context, which may have been
 * paused and reopened since the last one, or those that the application declares. Threads: any.
 */
final class CurrentDocuments implements Supplier<JsonDB> {
    private final Supplier<JsonDB> source;

    private CurrentDocuments(Supplier<JsonDB> source) {
        this.source = source;
    }

    /** {@code initializers} are called here for documents of the application; otherwise the engine does so when it opens. */
    static CurrentDocuments of(
            ObjectProvider<FlowDb> flowDb,
            ObjectProvider<JsonDB> database,
            ObjectProvider<FlowDbInitializer> initializers) {
        FlowDb engine = flowDb.getIfUnique();
        if (engine != null) {
            return new CurrentDocuments(engine::documents);
        }
        JsonDB own = database.getObject();
        initializers.orderedStream().forEach(initializer -> initializer.initialize(own));
        return new CurrentDocuments(() -> own);
    }

    @Override
    public JsonDB get() {
        return source.get();
    }
}
