package io.barnabas.peers.spring;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.kafka.annotation.BackOff;
import org.springframework.kafka.annotation.DltHandler;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.RetryableTopic;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;

/** Fails on a value "K name" as long as it is tried for the K-th time or less; tells where it succeeded, or that it never did. */
@Component
@Profile("retrying")
class RetryingListener {
    private final KafkaTemplate<String, String> template;
    private final String prefix;

    RetryingListener(KafkaTemplate<String, String> template, @Value("${prefix}") String prefix) {
        this.template = template;
        this.prefix = prefix;
    }

    @RetryableTopic(attempts = "4", backOff = @BackOff(delay = 100, multiplier = 2), numPartitions = "2", replicationFactor = "1")
    @KafkaListener(id = "retrying", groupId = "${prefix}-retrying", topics = "${prefix}-tasks")
    void onTask(ConsumerRecord<String, String> task) {
        int failures = Integer.parseInt(task.value().split(" ")[0]);
        String suffix = task.topic().substring((prefix + "-tasks").length());
        int tries = switch (suffix) {
            case "" -> 1;
            case "-retry-100" -> 2;
            case "-retry-200" -> 3;
            case "-retry-400" -> 4;
            default -> throw new AssertionError(suffix);
        };
        if (tries <= failures) throw new IllegalStateException("fails: value=" + task.value() + " topic=" + task.topic());
        template.send(prefix + "-results", task.key(), "done " + task.value() + suffix);
    }

    @DltHandler
    void onDead(ConsumerRecord<String, String> task) {
        template.send(prefix + "-results", task.key(), "dead " + task.value());
    }
}
