package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

import java.util.Objects;

/**
 * Limits of a {@link JsonDB}. Exceeding one is a {@link io.flowdb.error.LimitExceededException}.
 *
 * @param maxDocumentBytes longest document as UTF-8 JSON; 1 KiB to 128 MiB, 16 MiB by default
 * @param maxDepth deepest nesting of objects and arrays; 1 to 1,000, 100 by default
 * @param maxKeyBytes longest encoded key; 64 bytes to 32 KiB, 32 KiB by default
 * @param maxTransactionBytes most bytes a transaction may hold, of what it writes and of what its commit checks; 64 KiB
 *     to 1 GiB, 256 MiB by default, but never more than a quarter of the heap
 * @param allowNulInKeys whether text primary keys may contain U+0000; false by default
 * @param changeRetention what is kept for {@link JsonDB#changes}; 10,000 commits and 64 MiB by default, across restarts
 */
public record JsonLimits(
        int maxDocumentBytes,
        int maxDepth,
        int maxKeyBytes,
        long maxTransactionBytes,
        boolean allowNulInKeys,
        ChangeRetention changeRetention) {
    /** The defaults. */
    public static final JsonLimits DEFAULT =
            new JsonLimits(16 << 20, 100, 32 << 10, 256L << 20, false, ChangeRetention.DEFAULT);

    /** Checks the ranges. */
    public JsonLimits {
        check(
                maxDocumentBytes >= 1 << 10 && maxDocumentBytes <= 128 << 20,
                "maxDocumentBytes",
                maxDocumentBytes,
                "1 KiB to 128 MiB");
        check(maxDepth >= 1 && maxDepth <= 1000, "maxDepth", maxDepth, "1 to 1000");
        check(maxKeyBytes >= 64 && maxKeyBytes <= 32 << 10, "maxKeyBytes", maxKeyBytes, "64 bytes to 32 KiB");
        check(
                maxTransactionBytes >= 64 << 10 && maxTransactionBytes <= 1L << 30,
                "maxTransactionBytes",
                maxTransactionBytes,
                "64 KiB to 1 GiB");
        Objects.requireNonNull(changeRetention, "changeRetention");
    }

    /** With another longest document. */
    public JsonLimits withMaxDocumentBytes(int bytes) {
        return new JsonLimits(bytes, maxDepth, maxKeyBytes, maxTransactionBytes, allowNulInKeys, changeRetention);
    }

    /** With another deepest nesting. */
    public JsonLimits withMaxDepth(int depth) {
        return new JsonLimits(
                maxDocumentBytes, depth, maxKeyBytes, maxTransactionBytes, allowNulInKeys, changeRetention);
    }

    /** With another longest key. */
    public JsonLimits withMaxKeyBytes(int bytes) {
        return new JsonLimits(maxDocumentBytes, maxDepth, bytes, maxTransactionBytes, allowNulInKeys, changeRetention);
    }

    /** With another limit of a transaction. */
    public JsonLimits withMaxTransactionBytes(long bytes) {
        return new JsonLimits(maxDocumentBytes, maxDepth, maxKeyBytes, bytes, allowNulInKeys, changeRetention);
    }

    /** With U+0000 allowed in text primary keys, or not. */
    public JsonLimits withAllowNulInKeys(boolean allow) {
        return new JsonLimits(maxDocumentBytes, maxDepth, maxKeyBytes, maxTransactionBytes, allow, changeRetention);
    }

    /** With another retention of changes. */
    public JsonLimits withChangeRetention(ChangeRetention retention) {
        return new JsonLimits(maxDocumentBytes, maxDepth, maxKeyBytes, maxTransactionBytes, allowNulInKeys, retention);
    }
}
