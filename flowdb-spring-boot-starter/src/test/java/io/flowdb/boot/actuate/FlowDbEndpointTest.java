package io.flowdb.boot.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.actuate.FlowDbEndpoint.State;
import io.flowdb.boot.actuate.FlowDbEndpoint.StoreDescription;
import io.flowdb.json.JsonDB;
import io.flowdb.json.PutOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import tools.jackson.databind.json.JsonMapper;

/** The endpoint on engines that change, refuse or end while it looks. */
class FlowDbEndpointTest {
    @TempDir
    private Path dir;

    /** The endpoint failed for all engines when a store was deleted between the list of names and its turn. */
    @Test
    void stores_oneDeletedSinceItWasListed_areTheOthers() {
        try (JsonDB documents = JsonDB.open(inMemory())) {
            documents.createObjectStore("kept", "id");
            documents.createObjectStore("gone", "id");
            List<String> names = documents.storeNames();
            documents.deleteObjectStore("gone");

            assertThat(FlowDbEndpoint.stores(documents, names))
                    .extracting(StoreDescription::name)
                    .containsExactly("kept");
        }
    }

    @Test
    void stores_documentsThatExpired_areNotCounted() {
        try (JsonDB documents = JsonDB.open(inMemory())) {
            documents.createObjectStore("tokens", "id");
            documents.put(
                    "tokens", JsonMapper.shared().createObjectNode().put("id", 1), PutOptions.ttl(Duration.ofNanos(1)));
            documents.put("tokens", JsonMapper.shared().createObjectNode().put("id", 2));

            assertThat(FlowDbEndpoint.stores(documents, documents.storeNames()))
                    .extracting(StoreDescription::documents)
                    .containsExactly(1L);
        }
    }

    /** These were answered with 500 and a stack trace in the log. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "VERIFY")
    void run_onAnEngineThatOnlyReads_isRefused(Operation operation) {
        JsonDB.open(Config.of(dir)).close();
        FlowDb flowDb = FlowDb.of(Config.builder().dataDir(dir).readOnly(true).build());
        try {
            flowDb.start();
            assertThat(endpoint(flowDb).run("flowDb", operation.name()).result())
                    .isEqualTo(Map.of("refused", "the engine is read-only"));
            assertThat(endpoint(flowDb).run("flowDb", "verify").result()).containsEntry("clean", true);
        } finally {
            flowDb.destroy();
        }
    }

    @Test
    void engine_closed_isDescribedAndRefusesOperations() {
        FlowDb flowDb = FlowDb.of(inMemory());
        assertThat(endpoint(flowDb).engine("flowDb").state()).isEqualTo(State.NOT_OPEN);
        flowDb.start();
        assertThat(endpoint(flowDb).engine("flowDb").state()).isEqualTo(State.OPEN);
        flowDb.destroy();

        assertThat(endpoint(flowDb).engine("flowDb").state()).isEqualTo(State.NOT_OPEN);
        assertThat(endpoint(flowDb).run("flowDb", "Flush").result())
                .isEqualTo(Map.of("refused", "the engine is not open"));
    }

    /** It was said to open at its next use. */
    @Test
    void engine_closedByTheApplication_isDescribedAsClosed() {
        FlowDb flowDb = FlowDb.of(inMemory());
        try {
            flowDb.engine().close();
            assertThat(flowDb.isClosedElsewhere()).isTrue();
            assertThat(endpoint(flowDb).engine("flowDb").state()).isEqualTo(State.CLOSED);
            assertThat(endpoint(flowDb).run("flowDb", "Flush").result())
                    .isEqualTo(Map.of("refused", "the engine is not open"));
        } finally {
            flowDb.destroy();
        }
        assertThat(flowDb.isClosedElsewhere()).isFalse();
    }

    /** An empty text arrives as null, and was answered with 500. */
    @Test
    void run_noOperation_isABadRequest() {
        FlowDb flowDb = FlowDb.of(inMemory());

        assertThatThrownBy(() -> endpoint(flowDb).run("flowDb", null))
                .isInstanceOf(InvalidEndpointRequestException.class);
    }

    private static Config inMemory() {
        return Config.builder().inMemory(true).build();
    }

    private static FlowDbEndpoint endpoint(FlowDb flowDb) {
        return new FlowDbEndpoint(Map.of("flowDb", flowDb), () -> null);
    }
}
