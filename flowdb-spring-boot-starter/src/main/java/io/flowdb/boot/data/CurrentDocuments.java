package io.flowdb.boot.data;

import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.json.JsonDB;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;

/**
 * The documents that template and transaction manager share: the {@code JsonDB} bean, made ready. It follows the engine
 * of the context, which makes its documents ready itself, or it is one that the application declares. Threads: any.
 */
final class CurrentDocuments implements Supplier<JsonDB> {
    private final JsonDB documents;

    private CurrentDocuments(JsonDB documents) {
        this.documents = documents;
    }

    /**
     * {@code initializers} are called here for documents of the application; otherwise the engine does so when it
     * opens.
     */
    static CurrentDocuments of(
            ObjectProvider<FlowDb> flowDb,
            ObjectProvider<JsonDB> database,
            ObjectProvider<FlowDbInitializer> initializers) {
        JsonDB documents = database.getObject();
        if (flowDb.getIfUnique() == null) {
            initializers.orderedStream().forEach(initializer -> initializer.initialize(documents));
        }
        return new CurrentDocuments(documents);
    }

    @Override
    public JsonDB get() {
        return documents;
    }
}
