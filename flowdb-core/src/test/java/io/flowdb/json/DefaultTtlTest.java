package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.FlowRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code Config.defaultTtl} and documents: put, then store, then configuration. Documents of a configured database
 * stayed for ever, as only plain writes of the engine looked at the setting.
 */
class DefaultTtlTest {
    private static final long SECOND = 1_000_000;

    private final AtomicLong clock = new AtomicLong(1_000 * SECOND);
    private final JsonDB db = JsonDB.open(Config.builder()
            .inMemory(true)
            .autoBackground(false)
            .clockMicros(clock::get)
            .defaultTtl(Duration.ofSeconds(30))
            .build());

    @AfterEach
    void close() {
        db.close();
    }

    private static JsonNode json(int id, String unique) {
        return JsonMapper.shared().createObjectNode().put("id", id).put("u", unique);
    }

    private long expiryOf(String store, int id) {
        return db.getWithMeta(store, id).map(DocumentMeta::expireAtMicros).orElseThrow();
    }

    @Test
    void document_expiresAsItsPutSaysElseItsStoreElseTheConfiguration() {
        db.createObjectStore(StoreSchema.of("plain", "id").withUniqueIndex("u", "u"));
        db.createObjectStore(StoreSchema.of("hourly", "id").withTtl(Duration.ofHours(1)));
        long now = clock.get();
        db.put("plain", json(1, "a"));
        db.put("plain", json(2, "b"), PutOptions.ttl(Duration.ofSeconds(5)));
        db.put("plain", json(3, "c"), PutOptions.withoutExpiry());
        db.put("hourly", json(1, "a"));
        db.put("hourly", json(2, "b"), PutOptions.withoutExpiry());
        assertThat(expiryOf("plain", 1)).isEqualTo(now + 30 * SECOND);
        assertThat(expiryOf("plain", 2)).isEqualTo(now + 5 * SECOND);
        assertThat(expiryOf("plain", 3)).isEqualTo(FlowRecord.NEVER);
        assertThat(expiryOf("hourly", 1)).isEqualTo(now + 3_600 * SECOND);
        assertThat(expiryOf("hourly", 2)).isEqualTo(FlowRecord.NEVER);

        clock.addAndGet(30 * SECOND);
        assertThat(db.count("plain")).isEqualTo(1);
        assertThat(db.get("plain", 1)).isNull();
        db.put("plain", json(4, "a"));
        assertThat(db.count("hourly")).isEqualTo(2);
        assertThat(db.verifyIndexes("plain").problems()).isEmpty();
    }

    /** Only an engine itself was asked for its default, its clock, and whether it can be written. */
    @Test
    void storeThatPassesCallsOn_hasDefaultAndClockOfItsEngine() {
        Config config = Config.builder()
                .inMemory(true)
                .autoBackground(false)
                .clockMicros(clock::get)
                .defaultTtl(Duration.ofSeconds(30))
                .build();
        try (Engine engine = Engine.open(config);
                JsonDB passedOn = JsonDB.on(new PassThroughStore(engine))) {
            passedOn.createObjectStore("plain", "id");
            passedOn.put("plain", json(1, "a"));
            assertThat(passedOn.getWithMeta("plain", 1).orElseThrow().expireAtMicros())
                    .isEqualTo(clock.get() + 30 * SECOND);
        }
    }

    @Test
    void readOnlyStoreThatPassesCallsOn_isLeftAsItIs(@TempDir Path dir) {
        Config config = Config.builder().dataDir(dir).autoBackground(false).build();
        try (JsonDB recorded = JsonDB.open(config)) {
            recorded.createObjectStore("plain", "id");
            recorded.changes().close();
            recorded.put("plain", json(1, "a"));
        }
        JsonLimits inMemory = JsonLimits.DEFAULT.withChangeRetention(ChangeRetention.DEFAULT.inMemory());
        try (Engine engine = Engine.open(config.toBuilder().readOnly(true).build());
                JsonDB passedOn = JsonDB.on(new PassThroughStore(engine), inMemory)) {
            assertThat(passedOn.count("plain")).isEqualTo(1);
        }
    }

    @Test
    void update_startsTheDefaultAnew() {
        db.createObjectStore("plain", "id");
        db.put("plain", json(1, "a"));
        clock.addAndGet(20 * SECOND);
        db.patch("plain", 1, JsonMapper.shared().createObjectNode().put("x", 1));
        assertThat(expiryOf("plain", 1)).isEqualTo(clock.get() + 30 * SECOND);
    }

    /** The store, its counter and its index outlive every document. */
    @Test
    void definitionsAndCounters_doNotExpire() {
        db.createObjectStore(StoreSchema.of("auto", "id").withAutoIncrement().withUniqueIndex("u", "u"));
        Object first = db.putAuto("auto", JsonMapper.shared().createObjectNode().put("u", "a"));
        clock.addAndGet(3_600 * SECOND);
        assertThat(db.count("auto")).isZero();
        assertThat(db.storeNames()).containsExactly("auto");
        assertThat(db.getStore("auto").indexes()).hasSize(1);
        Object second =
                db.putAuto("auto", JsonMapper.shared().createObjectNode().put("u", "a"));
        assertThat(first.toString()).isEqualTo("1");
        assertThat(second.toString()).isNotEqualTo("1");
    }
}
