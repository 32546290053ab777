package io.barnabas.peers.streams;

import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.JoinWindows;

/**
 * Counts words and joins two streams, each result exactly once however often it or its broker is killed. Arguments: bootstrap address,
 * application id (also the prefix of its topics), state directory, group protocol ({@code classic} or {@code streams}).
 */
public final class StreamsApplication {
    private static final Duration JOIN_WINDOW = Duration.ofSeconds(10);
    /** Nothing is too late: what comes of the join does not depend on how far one side was read before the other. */
    private static final Duration JOIN_GRACE = Duration.ofDays(1);

    private StreamsApplication() {}

    public static void main(String[] arguments) {
        var streams = new KafkaStreams(topology(arguments[1]).build(), settings(arguments[0], arguments[1], arguments[2], arguments[3]));
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }

    private static Properties settings(String bootstrap, String id, String stateDirectory, String protocol) {
        var settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, protocol);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        // The least that a broker allows: what a killed instance had goes over to the next one soon.
        if (protocol.equals("classic")) settings.put(StreamsConfig.consumerPrefix("session.timeout.ms"), "6000");
        return settings;
    }

    private static StreamsBuilder topology(String prefix) {
        var builder = new StreamsBuilder();
        builder.<String, String>stream(prefix + "-lines")
                .flatMapValues(line -> Arrays.asList(line.split(" ")))
                .groupBy((key, word) -> word)
                .count()
                .toStream().mapValues(count -> Long.toString(count))
                .to(prefix + "-counts");
        var right = builder.<String, String>stream(prefix + "-right");
        builder.<String, String>stream(prefix + "-left")
                .join(right, (one, other) -> one + " " + other, JoinWindows.ofTimeDifferenceAndGrace(JOIN_WINDOW, JOIN_GRACE))
                .to(prefix + "-joined");
        return builder;
    }
}
