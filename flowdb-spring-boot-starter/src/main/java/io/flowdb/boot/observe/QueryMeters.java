package io.flowdb.boot.observe;

import io.flowdb.data.core.AccessPath;
import io.flowdb.data.core.FlowDbTemplate;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.function.SingletonSupplier;

/**
 * Times the queries of every {@link FlowDbTemplate}: {@code flowdb.query} with the tags {@code name} of the template's
 * bean, {@code store} and {@code plan}. The registry is looked up at the first query. Threads: any.
 */
final class QueryMeters implements BeanPostProcessor, DisposableBean {

    private final Supplier<MeterRegistry> registry;
    private final Map<Tags, Timer> timers = new ConcurrentHashMap<>();

    QueryMeters(ObjectProvider<MeterRegistry> registry) {
        this.registry = SingletonSupplier.of(registry::getObject);
    }

    private record Tags(String name, String store, AccessPath path) {}

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof FlowDbTemplate template) {
            template.addQueryListener(
                    (store, path, nanos) -> timers.computeIfAbsent(new Tags(beanName, store, path), this::timer)
                            .record(nanos, TimeUnit.NANOSECONDS));
        }
        return bean;
    }

    private Timer timer(Tags tags) {
        return Timer.builder("flowdb.query")
                .description("Queries of templates and repositories, by how they get at their documents")
                .tag("name", tags.name())
                .tag("store", tags.store())
                .tag("plan", tags.path().name().toLowerCase(Locale.ROOT))
                .register(registry.get());
    }

    /** Takes the meters out of the registry, which may outlive this application context. */
    @Override
    public void destroy() {
        timers.values().forEach(timer -> registry.get().remove(timer));
        timers.clear();
    }
}
