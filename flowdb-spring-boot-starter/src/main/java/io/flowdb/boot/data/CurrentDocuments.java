package io.flowdb.boot.data;

import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.json.JsonDB;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The documents that template and transaction manager share: the {@code JsonDB} bean, made ready. It follows the engine
 * of the context, which makes its documents ready itself, or it is one that the application declares, also beside an
 * engine, or of a parent context. Threads: any.
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
            ConfigurableListableBeanFactory beans,
            ObjectProvider<JsonDB> database,
            ObjectProvider<FlowDbInitializer> initializers) {
        JsonDB documents = database.getObject();
        FlowDb engine = beans.getBeanProvider(FlowDb.class).getIfUnique();
        boolean ready = engine != null && engine.documents() == documents && isOfThisContext(engine, beans);
        return new CurrentDocuments(documents, initializers, ready);
    }

    /** That of a parent context knows nothing of the initializers here. */
    private static boolean isOfThisContext(FlowDb engine, ConfigurableListableBeanFactory beans) {
        return Arrays.stream(beans.getBeanNamesForType(FlowDb.class, true, false))
                .anyMatch(name -> beans.containsSingleton(name) && beans.getSingleton(name) == engine);
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
