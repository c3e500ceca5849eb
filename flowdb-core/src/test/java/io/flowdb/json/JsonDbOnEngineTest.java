package io.flowdb.json;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.OrderedStore;
import io.flowdb.SyncMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.io.TempDir;

/** The acceptance cases on the engine. */
class JsonDbOnEngineTest extends AbstractJsonDbTest {
    @TempDir
    Path directory;

    @Override
    OrderedStore newStore(LongSupplier clockMicros) {
        return Engine.open(Config.builder()
                .dataDir(directory)
                .memtableSize(256 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofSeconds(1)))
                .clockMicros(clockMicros)
                .build());
    }

    @Override
    OrderedStore restarted(OrderedStore store) {
        Engine engine = (Engine) store;
        engine.flush();
        engine.close();
        return Engine.open(engine.config());
    }

    @Override
    void close(OrderedStore store) {
        ((Engine) store).close();
    }
}
