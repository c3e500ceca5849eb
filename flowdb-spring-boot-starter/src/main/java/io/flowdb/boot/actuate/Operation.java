package io.flowdb.boot.actuate;

import io.flowdb.VerifyReport;
import io.flowdb.boot.FlowDb;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.json.IndexCheck;
import io.flowdb.json.JsonDB;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/** Maintenance of an engine that {@link FlowDbEndpoint} runs when asked. */
public enum Operation {

    /** Writes what is in memory to tables. */
    FLUSH {
        @Override
        Map<String, Object> run(FlowDb flowDb, JsonDB documents) {
            flowDb.engine().flush();
            return Map.of();
        }
    },

    /** Merges all tables. */
    COMPACT {
        @Override
        Map<String, Object> run(FlowDb flowDb, JsonDB documents) {
            return Map.of("changed", flowDb.engine().compact());
        }
    },

    /** Drops tables in which everything has expired. */
    GC {
        @Override
        Map<String, Object> run(FlowDb flowDb, JsonDB documents) {
            return Map.of("recordsPurged", flowDb.engine().gc());
        }
    },

    /** Reads and checks every table, and compares every index with its documents. */
    VERIFY {
        @Override
        Map<String, Object> run(FlowDb flowDb, JsonDB documents) {
            VerifyReport tables = flowDb.engine().verify();
            Map<String, Object> indexes = new TreeMap<>();
            boolean clean = tables.isClean();
            for (String store : documents.storeNames()) {
                try {
                    IndexCheck check = documents.verifyIndexes(store);
                    clean &= check.isClean();
                    // How many only: the problems name keys, which are stored data.
                    indexes.put(
                            store,
                            Map.of(
                                    "documents",
                                    check.documents(),
                                    "problems",
                                    check.problems().size()));
                } catch (StoreNotFoundException deletedMeanwhile) {
                    // There is nothing of it to check.
                } catch (CorruptionException damaged) {
                    clean = false;
                    indexes.put(store, Map.of(FlowDbEndpoint.FAILED, String.valueOf(damaged.getMessage())));
                }
            }
            return Map.of("clean", clean, "tables", tables, "stores", indexes);
        }
    },

    /** Makes a consistent copy beside the data directory, in a directory named after it and the time. */
    CHECKPOINT {
        @Override
        Map<String, Object> run(FlowDb flowDb, JsonDB documents) {
            if (flowDb.config().inMemory()) {
                return Map.of(FlowDbEndpoint.REFUSED, "an engine in memory has no files to copy");
            }
            Path dataDir = flowDb.dataDir();
            Path target = dataDir.resolveSibling(dataDir.getFileName() + "-checkpoint-" + TIME.format(Instant.now()));
            flowDb.engine().checkpoint(target);
            return Map.of("directory", target.toString());
        }
    };

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    /**
     * The operation of this name, in any case. Errors: {@link InvalidEndpointRequestException} that names those there
     * are.
     */
    static Operation named(@Nullable String name) {
        for (Operation operation : values()) {
            if (operation.name().equalsIgnoreCase(name)) {
                return operation;
            }
        }
        String problem = name == null ? "The operation is missing" : "There is no operation '" + name + "'";
        String all = Stream.of(values())
                .map(operation -> operation.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new InvalidEndpointRequestException(problem + " (allowed: " + all + ")", problem);
    }

    abstract Map<String, Object> run(FlowDb flowDb, JsonDB documents);
}
