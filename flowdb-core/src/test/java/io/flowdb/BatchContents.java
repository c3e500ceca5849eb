package io.flowdb;

import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The operations of a batch, for stores that exist in tests only. */
public final class BatchContents {
    private BatchContents() {}

    /** One operation; {@code value} is the end key of a range delete. */
    public record Operation(Op op, byte[] key, byte[] value, long expireAt) {}

    /** In the order in which they were added. */
    public static List<Operation> of(WriteBatch batch) {
        byte[] bytes = batch.encoded();
        List<Operation> operations = new ArrayList<>();
        for (int at = 0; at < batch.sizeBytes(); at += OpCodec.length(bytes, at)) {
            int keyStart = at + OpCodec.HEADER_BYTES;
            int valueStart = keyStart + OpCodec.keyLength(bytes, at);
            byte code = OpCodec.op(bytes, at);
            Op op = Arrays.stream(Op.values())
                    .filter(o -> o.code() == code)
                    .findFirst()
                    .orElseThrow();
            operations.add(new Operation(
                    op,
                    Arrays.copyOfRange(bytes, keyStart, valueStart),
                    Arrays.copyOfRange(bytes, valueStart, valueStart + OpCodec.valueLength(bytes, at)),
                    OpCodec.expireAt(bytes, at)));
        }
        return operations;
    }
}
