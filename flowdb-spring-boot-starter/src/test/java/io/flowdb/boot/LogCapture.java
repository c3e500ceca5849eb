package io.flowdb.boot;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What loggers write from INFO on while this is open, kept from the console. */
public final class LogCapture implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    private LogCapture(Logger logger) {
        this.logger = logger;
    }

    /** Captures the logger of this name, and those below it. */
    public static LogCapture of(String name) {
        LogCapture capture = new LogCapture((Logger) LoggerFactory.getLogger(name));
        capture.log.start();
        capture.logger.addAppender(capture.log);
        capture.logger.setLevel(Level.INFO);
        capture.logger.setAdditive(false);
        return capture;
    }

    /** The messages so far. */
    public List<String> messages() {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(log);
        logger.setLevel(null);
        logger.setAdditive(true);
    }
}
