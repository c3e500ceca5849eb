package io.flowdb.internal.manifest;

import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * One change of the set of live tables. Applied whole or not at all.
 *
 * <p>Layout: added count varint, each {@link SstMeta}; removed count varint, each id varint; firstWalSegment varint;
 * flushedSeqno u64; nextFileId varint. A state is stored as an edit that adds every table.
 *
 * @param added tables from now on live
 * @param removed ids of tables no longer live
 * @param firstWalSegment segments below this number are not needed any more
 * @param flushedSeqno every commit up to this sequence number is in tables
 * @param nextFileId ids from here on have never been used
 */
public record ManifestEdit(
        List<SstMeta> added, List<Long> removed, long firstWalSegment, long flushedSeqno, long nextFileId) {

    byte[] encode() {
        ByteWriter out = new ByteWriter(256);
        out.putVarLong(added.size());
        for (SstMeta meta : added) {
            meta.encode(out);
        }
        out.putVarLong(removed.size());
        for (long id : removed) {
            out.putVarLong(id);
        }
        out.putVarLong(firstWalSegment).putLong(flushedSeqno).putVarLong(nextFileId);
        return out.toBytes();
    }

    static ManifestEdit decode(byte[] payload, String file) {
        ByteReader in = new ByteReader(payload, 0, payload.length, file);
        List<SstMeta> added = new ArrayList<>();
        for (int n = in.readVarInt(payload.length); n > 0; n--) {
            added.add(SstMeta.decode(in));
        }
        List<Long> removed = new ArrayList<>();
        for (int n = in.readVarInt(payload.length); n > 0; n--) {
            removed.add(in.readVarLong());
        }
        ManifestEdit edit = new ManifestEdit(added, removed, in.readVarLong(), in.readLong(), in.readVarLong());
        in.expectEnd();
        return edit;
    }
}
