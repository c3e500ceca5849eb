package io.flowdb.testing;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Real files whose channels transfer less than asked for, as POSIX allows: each read and write moves 1 to
 * {@link #MOST_BYTES} bytes. Paths from {@link #path} lead there, and so does every path derived from them. Threads:
 * any.
 */
public final class ShortTransfers extends FileSystemProvider {
    private static final int MOST_BYTES = 700;

    private final FileSystemProvider real;
    private final Random random;

    private ShortTransfers(FileSystemProvider real, long seed) {
        this.real = real;
        this.random = new Random(seed);
    }

    /** A path to the same file. */
    public static Path path(Path realPath, long seed) {
        return new ShortTransfers(realPath.getFileSystem().provider(), seed).wrap(realPath);
    }

    /** Any part of a path is a path of this kind too. */
    private Path wrap(Path path) {
        return (Path) Proxy.newProxyInstance(
                Path.class.getClassLoader(), new Class<?>[] {Path.class}, (self, m, args) -> {
                    if (m.getName().equals("getFileSystem")) {
                        return new ShortFileSystem(path.getFileSystem());
                    }
                    if (m.getName().equals("equals")) {
                        return args[0] instanceof Path other && path.equals(unwrap(other));
                    }
                    try {
                        Object[] plain = args == null
                                ? null
                                : Arrays.stream(args)
                                        .map(a -> a instanceof Path p ? unwrap(p) : a)
                                        .toArray();
                        Object result = m.invoke(path, plain);
                        return result instanceof Path p && !m.getName().equals("iterator") ? wrap(p) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Path unwrap(Path path) {
        return Proxy.isProxyClass(path.getClass()) ? Path.of(path.toString()) : path;
    }

    private int atMost(int bytes) {
        synchronized (random) {
            return Math.min(bytes, 1 + random.nextInt(MOST_BYTES));
        }
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return new ShortChannel(real.newFileChannel(unwrap(path), options, attributes));
    }

    /** Of these only syncs are asked for. */
    @Override
    public AsynchronousFileChannel newAsynchronousFileChannel(
            Path path,
            Set<? extends OpenOption> options,
            @Nullable ExecutorService executor,
            FileAttribute<?>... attributes)
            throws IOException {
        return real.newAsynchronousFileChannel(unwrap(path), options, executor, attributes);
    }

    @Override
    public String getScheme() {
        return real.getScheme();
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
        return real.newFileSystem(uri, env);
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return real.getFileSystem(uri);
    }

    @Override
    public Path getPath(URI uri) {
        return wrap(real.getPath(uri));
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        DirectoryStream<Path> entries = real.newDirectoryStream(unwrap(directory), p -> filter.accept(wrap(p)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                Iterator<Path> names = entries.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return names.hasNext();
                    }

                    @Override
                    public Path next() {
                        return wrap(names.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                entries.close();
            }
        };
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        real.createDirectory(unwrap(directory), attributes);
    }

    @Override
    public void createLink(Path link, Path existing) throws IOException {
        real.createLink(unwrap(link), unwrap(existing));
    }

    @Override
    public void delete(Path path) throws IOException {
        real.delete(unwrap(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        real.copy(unwrap(source), unwrap(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        real.move(unwrap(source), unwrap(target), options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return real.isSameFile(unwrap(one), unwrap(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return real.isHidden(unwrap(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return real.getFileStore(unwrap(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        real.checkAccess(unwrap(path), modes);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return real.getFileAttributeView(unwrap(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return real.readAttributes(unwrap(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return real.readAttributes(unwrap(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        Files.setAttribute(unwrap(path), attribute, value, options);
    }

    /** Only says who provides it. */
    private final class ShortFileSystem extends ForwardingFileSystem {
        ShortFileSystem(FileSystem real) {
            super(real);
        }

        @Override
        public FileSystemProvider provider() {
            return ShortTransfers.this;
        }
    }

    /** Transfers little at a time. */
    private final class ShortChannel extends FileChannel {
        private final FileChannel channel;

        ShortChannel(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int limit = target.limit();
            target.limit(target.position() + atMost(target.remaining()));
            try {
                return channel.read(target, position);
            } finally {
                target.limit(limit);
            }
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            int limit = source.limit();
            source.limit(source.position() + atMost(source.remaining()));
            try {
                return channel.write(source, position);
            } finally {
                source.limit(limit);
            }
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            int read = read(target, channel.position());
            channel.position(channel.position() + Math.max(0, read));
            return read;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int written = write(source, channel.position());
            channel.position(channel.position() + written);
            return written;
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            return read(targets[offset]);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            return write(sources[offset]);
        }

        @Override
        public long position() throws IOException {
            return channel.position();
        }

        @Override
        public FileChannel position(long newPosition) throws IOException {
            channel.position(newPosition);
            return this;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public FileChannel truncate(long bytes) throws IOException {
            channel.truncate(bytes);
            return this;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            channel.force(metaData);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return channel.transferTo(position, atMost((int) Math.min(count, Integer.MAX_VALUE)), target);
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            return channel.transferFrom(source, position, atMost((int) Math.min(count, Integer.MAX_VALUE)));
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long bytes) throws IOException {
            return channel.map(mode, position, bytes);
        }

        @Override
        public FileLock lock(long position, long bytes, boolean shared) throws IOException {
            return channel.lock(position, bytes, shared);
        }

        @Override
        public @Nullable FileLock tryLock(long position, long bytes, boolean shared) throws IOException {
            return channel.tryLock(position, bytes, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }
    }
}
