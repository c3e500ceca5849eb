package io.flowdb.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Transparent huge pages of Linux: a process that asks for them finds its memory with fewer entries of the processor's
 * address cache, which is most of what a random read of memory costs. Stateless.
 */
final class HugePages {
    /** Where the system says who gets them. */
    static final Path SETTING = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

    /** Option of Java that asks for the heap. */
    static final String HEAP = "-XX:+UseTransparentHugePages";

    /** Variables with which the C library, from 2.35 on, asks for what native code allocates. */
    static final Map<String, String> NATIVE = Map.of("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

    private HugePages() {}

    /** Whether a process that asks gets some. */
    static boolean areAllowed() {
        try {
            String setting = Files.readString(SETTING);
            return setting.contains("[madvise]") || setting.contains("[always]");
        } catch (IOException e) {
            return false; // another system, or a kernel without them
        }
    }
}
