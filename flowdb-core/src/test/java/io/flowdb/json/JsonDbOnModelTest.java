package io.flowdb.json;

import io.flowdb.OrderedStore;
import java.util.function.LongSupplier;

/** The acceptance cases on a store that is a plain map. */
class JsonDbOnModelTest extends AbstractJsonDbTest {
    @Override
    OrderedStore newStore(LongSupplier clockMicros) {
        return new MemoryStore(clockMicros);
    }

    @Override
    OrderedStore restarted(OrderedStore store) {
        return ((MemoryStore) store).image();
    }

    @Override
    void close(OrderedStore store) {}
}
