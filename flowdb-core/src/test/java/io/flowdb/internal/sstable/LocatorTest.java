package io.flowdb.internal.sstable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Places that are far apart. */
class LocatorTest {

    /**
     * The versions of one key may fill more than half of the blocks that places have numbers for. The difference to the
     * place of the next key then needs all 32 bits; it was refused as damage, so the table that had just been written
     * could not be opened.
     */
    @Test
    void decode_aKeyOfManyBlocks_leadsToTheKeyBehindIt() {
        int blocks = 1 << 19;
        for (int between : List.of(1, 1 << 17, 1 << 18, blocks - 10)) {
            Locator.Builder builder = new Locator.Builder(1 << 20);
            builder.add(0x1111_1111L << 32, 0, 24);
            builder.add(0xeeee_eeeeL << 32, between, 8_000);
            Locator locator = Locator.decode(builder.finish(), blocks, "table", 0);

            assertThat(locator).isNotNull();
            checkLeads(locator, 0x1111_1111, 0, 24);
            checkLeads(locator, 0xeeee_eeee, between, 8_000);
        }
    }

    private static void checkLeads(Locator locator, int mark, int block, int offset) {
        int slot = locator.next(mark, locator.start(mark));
        assertThat(locator.block(slot)).isEqualTo(block);
        assertThat(locator.offset(slot)).isEqualTo(offset);
        assertThat(locator.next(mark, slot + 1)).isNegative();
    }
}
