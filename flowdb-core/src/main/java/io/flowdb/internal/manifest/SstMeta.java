package io.flowdb.internal.manifest;

import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.sstable.SstProperties;

/**
 * A live table as the manifest knows it.
 *
 * @param id of its file, never used again
 * @param level 0 for tables that may overlap each other, above 0 for tables of one level that do not
 * @param fileBytes length of the file
 * @param properties what is in it
 */
public record SstMeta(long id, int level, long fileBytes, SstProperties properties) {

    void encode(ByteWriter out) {
        out.putVarLong(id).putVarLong(level).putVarLong(fileBytes);
        properties.encode(out);
    }

    static SstMeta decode(ByteReader in) {
        return new SstMeta(in.readVarLong(), in.readVarInt(63), in.readVarLong(), SstProperties.decode(in));
    }
}
