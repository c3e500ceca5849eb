package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Settings of {@link JsonDB#importJson}.
 *
 * @param batchSize most documents committed together, fewer where they are large; 1 to 100,000, 1,000 by default
 * @param skipBad whether a document that cannot be stored is left out and reported; else the import stops there, and
 *     those before it are stored
 * @param progress gets the number of documents dealt with so far, those that were stored and those that were left out:
 *     after each commit, each time as many as a batch has were left out, and at the end, when it is
 *     {@link ImportResult#imported()} and {@link ImportResult#skipped()} together
 */
public record ImportOptions(int batchSize, boolean skipBad, LongConsumer progress) {
    /** 1,000 documents a commit; the first bad document ends the import. */
    public static final ImportOptions DEFAULT = new ImportOptions(1000, false, done -> {});

    /** Checks the range, and that there is a callback. */
    public ImportOptions {
        check(batchSize >= 1 && batchSize <= 100_000, "batchSize", batchSize, "1 to 100000");
        Objects.requireNonNull(progress, "progress");
    }

    /** With another batch size. */
    public ImportOptions withBatchSize(int documents) {
        return new ImportOptions(documents, skipBad, progress);
    }

    /** Leaving out bad documents. */
    public ImportOptions skippingBad() {
        return new ImportOptions(batchSize, true, progress);
    }

    /** With a progress callback. */
    public ImportOptions withProgress(LongConsumer callback) {
        return new ImportOptions(batchSize, skipBad, callback);
    }
}
