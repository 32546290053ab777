package io.barnabas.peers.spring;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.stereotype.Component;

/** Passes each record on, then acknowledges it at once; refuses those that begin with "later" the first time. */
@Component
@Profile("manual")
class ManualListener {
    private final KafkaTemplate<String, String> template;
    private final String prefix;
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    ManualListener(KafkaTemplate<String, String> template, @Value("${prefix}") String prefix) {
        this.template = template;
        this.prefix = prefix;
    }

    @KafkaListener(id = "manual", groupId = "${prefix}-manual", topics = "${prefix}-orders", concurrency = "2", ackMode = "MANUAL_IMMEDIATE")
    void onOrder(ConsumerRecord<String, String> order, Acknowledgment acknowledgment) throws Exception {
        if (order.value().startsWith("later") && refused.add(order.value())) {
            acknowledgment.nack(Duration.ofMillis(50));
            return;
        }
        template.send(prefix + "-handled", order.partition(), order.key(), order.value()).get();
        acknowledgment.acknowledge();
    }
}
