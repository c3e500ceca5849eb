package io.flowdb.boot.actuate;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineStats;
import io.flowdb.boot.FlowDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of one engine. Never opens it, and reads nothing but figures that are in memory and the free space of the
 * disk.
 * <pre>
 * UP              open
 * OUT_OF_SERVICE  paused with the application context
 * UNKNOWN         not opened yet
 * DOWN            failed, closed by code of the application, or less free space than the next flush and the next WAL
 *                 segment may need
 * </pre>
 * <p>Sizes are in bytes.
 */
public final class FlowDbHealthIndicator extends AbstractHealthIndicator {
    private final FlowDb flowDb;
    private final FreeSpace freeSpace;

    /** Health of {@code flowDb}. */
    public FlowDbHealthIndicator(FlowDb flowDb) {
        this(flowDb, directory -> Files.getFileStore(directory).getUsableSpace());
    }

    FlowDbHealthIndicator(FlowDb flowDb, FreeSpace freeSpace) {
        super("FlowDB health check failed");
        this.flowDb = flowDb;
        this.freeSpace = freeSpace;
    }

    /** Bytes that may still be written to the disk of a directory. */
    @FunctionalInterface
    interface FreeSpace {
        long of(Path directory) throws IOException;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) throws IOException {
        Config config = flowDb.config();
        builder.withDetail(
                "dataDir", config.inMemory() ? "in memory" : flowDb.dataDir().toString());
        Optional<Engine> engine = flowDb.openEngine();
        if (flowDb.isPaused()) {
            builder.outOfService().withDetail("state", "paused");
        } else if (engine.isEmpty()) {
            builder.unknown().withDetail("state", "not open");
        } else if (flowDb.isClosedElsewhere()) {
            builder.down()
                    .withDetail("state", "closed")
                    .withDetail("reason", "code of the application closed the engine");
        } else {
            builder.up().withDetail("state", config.readOnly() ? "open, read-only" : "open");
            if (!config.inMemory()) {
                checkDisk(builder, config);
            }
            flowDb.openStats().ifPresent(stats -> checkEngine(builder, stats));
        }
    }

    private static void checkEngine(Health.Builder builder, EngineStats stats) {
        builder.withDetail("writeStalls", stats.writeStalls())
                .withDetail("frozenMemtables", stats.memtables().frozen());
        if (stats.lastBackgroundError() != null) {
            builder.down().withDetail("reason", stats.lastBackgroundError());
        }
    }

    private void checkDisk(Health.Builder builder, Config config) throws IOException {
        long free = freeSpace.of(flowDb.dataDir());
        long needed = config.memtableSize() + config.walSegmentSize();
        builder.withDetail("freeSpace", free).withDetail("neededSpace", needed);
        if (free < needed && !config.readOnly()) {
            builder.down().withDetail("reason", "too little free space on the disk");
        }
    }
}
