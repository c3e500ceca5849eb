package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Settings that the heap cannot bear. */
class MemorySharesTest {
    private static final long MIB = 1 << 20;
    private static final Config DEFAULTS = Config.of(Path.of("data"));

    private static long total(MemoryShares shares, Config config) {
        return (config.maxFrozenMemtables() + 1) * shares.memtableBytes() + shares.cacheBytes() + shares.indexBytes();
    }

    @Test
    void of_settingsThatFit_areTheSettings() {
        MemoryShares shares = MemoryShares.of(DEFAULTS, 1184 * MIB);
        assertThat(shares).isEqualTo(new MemoryShares(64 * MIB, 128 * MIB, 256 * MIB));
        Config large = DEFAULTS.toBuilder().blockCacheCapacity(10_000 * MIB).build();
        assertThat(MemoryShares.of(large, 24_000 * MIB).cacheBytes()).isEqualTo(10_000 * MIB);
    }

    @Test
    void of_settingsThatDoNotFit_takeHalfOfTheHeap() {
        for (long heapMib : new long[] {64, 128, 512, 1024}) {
            MemoryShares shares = MemoryShares.of(DEFAULTS, heapMib * MIB);
            assertThat(total(shares, DEFAULTS)).isBetween((heapMib - 32) * MIB / 2 - 16, (heapMib - 32) * MIB / 2);
            assertThat(shares.indexBytes()).isGreaterThanOrEqualTo(shares.cacheBytes());
            assertThat(shares.cacheBytes()).isGreaterThanOrEqualTo(Math.min(128 * MIB, (heapMib - 32) * MIB / 6 - 16));
        }
    }

    /**
     * All got less in proportion to what they wanted: with a heap of 128 MiB a cache of 16 MiB was one of 3, for memory
     * that indexes did not use.
     */
    @Test
    void of_settingThatIsModest_isMet() {
        Config modest = DEFAULTS.toBuilder()
                .memtableSize(4 << 20)
                .blockCacheCapacity(16 * MIB)
                .build();
        MemoryShares shares = MemoryShares.of(modest, 128 * MIB);
        assertThat(shares).isEqualTo(new MemoryShares(4 * MIB, 16 * MIB, 20 * MIB));
    }

    /** A setting beyond all heaps is no overflow, and the least that a setting may be is not gone below. */
    @Test
    void of_extremes_stayWithinWhatSettingsMayBe() {
        Config endless = DEFAULTS.toBuilder()
                .memtableSize(1 << 30)
                .indexMemoryBudget(Long.MAX_VALUE)
                .build();
        assertThat(total(MemoryShares.of(endless, 256 * MIB), endless)).isBetween(112 * MIB - 16, 113 * MIB);
        Config least = DEFAULTS.toBuilder().memtableSize(64 << 10).build();
        Config fitted = MemoryShares.of(least, 16 * MIB).in(least);
        assertThat(fitted.memtableSize()).isEqualTo(64 << 10);
        assertThat(fitted.blockCacheCapacity()).isLessThan(2 * MIB);
    }
}
