package io.flowdb.boot.data;

import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.json.JsonDB;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * The documents that template and transaction manager share: the {@code JsonDB} bean, made ready. It follows the engine
 * of the context, which makes its documents ready itself, or it is one that the application declares, also beside an
 * engine. Threads: any.
 */
final class CurrentDocuments implements Supplier<JsonDB>, SmartInitializingSingleton {
    private final JsonDB documents;
    private final ObjectProvider<FlowDbInitializer> initializers;
    private final ReentrantLock preparing = new ReentrantLock();
    private volatile boolean ready;

    private CurrentDocuments(JsonDB documents, ObjectProvider<FlowDbInitializer> initializers, boolean ready) {
        this.documents = documents;
        this.initializers = initializers;
        this.ready = ready;
    }

    /**
     * {@code initializers} are called for documents of the application before anybody gets them, but not yet here, as
     * they may use what is made of them; otherwise the engine does so when it opens.
     */
    static CurrentDocuments of(
            ObjectProvider<FlowDb> flowDb,
            ObjectProvider<JsonDB> database,
            ObjectProvider<FlowDbInitializer> initializers) {
        JsonDB documents = database.getObject();
        FlowDb engine = flowDb.getIfUnique();
        return new CurrentDocuments(documents, initializers, engine != null && engine.documents() == documents);
    }

    @Override
    public JsonDB get() {
        if (!ready && !preparing.isHeldByCurrentThread()) {
            prepare();
        }
        return documents;
    }

    private void prepare() {
        preparing.lock();
        try {
            if (!ready) {
                initializers.orderedStream().forEach(initializer -> initializer.initialize(documents));
                ready = true;
            }
        } finally {
            preparing.unlock();
        }
    }

    @Override
    public void afterSingletonsInstantiated() {
        get();
    }
}
