package io.barnabas.peers.spring;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;

/**
 * Copies each record to two topics in one transaction with its own offset: a property {@code spring.kafka.producer.transaction-id-prefix}
 * makes Spring Boot do so. Those that begin with "fails" fail once, between the two.
 */
@Component
@Profile("transactional")
class TransactionalListener {
    private final KafkaTemplate<String, String> template;
    private final String prefix;
    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    TransactionalListener(KafkaTemplate<String, String> template, @Value("${prefix}") String prefix) {
        this.template = template;
        this.prefix = prefix;
    }

    @KafkaListener(id = "transactional", groupId = "${prefix}-transactional", topics = "${prefix}-source")
    void onRecord(ConsumerRecord<String, String> record) {
        template.send(prefix + "-one", record.partition(), record.key(), record.value());
        if (record.value().startsWith("fails") && failed.add(record.value())) throw new IllegalStateException("fails once: " + record.value());
        template.send(prefix + "-other", record.partition(), record.key(), record.value());
    }
}
