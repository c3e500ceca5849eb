package io.flowdb.boot;

import io.flowdb.Config;

/**
 * Changes the engine's settings after the {@code flowdb.*} properties were applied and before they are checked. Also
 * the way to settings without a property, such as the clock.
 *
 * <p>Every bean of this type is called, in the order of {@link org.springframework.core.annotation.Order}, while the
 * {@link Config} bean is made. Threads: the one that makes the bean.
 */
@FunctionalInterface
public interface FlowDbConfigCustomizer {

    /** Changes {@code builder} in place. */
    void customize(Config.Builder builder);
}
