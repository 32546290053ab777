package io.barnabas.peers.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.annotation.EnableKafkaRetryTopic;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * What users of Spring Boot do with Kafka, in one of the profiles {@code manual}, {@code retrying} and {@code transactional}. The property
 * {@code prefix} begins the names of its topics and groups.
 */
@SpringBootApplication
@EnableKafkaRetryTopic
public class SpringKafkaApplication {
    public static void main(String[] arguments) {
        SpringApplication.run(SpringKafkaApplication.class, arguments);
    }

    @Bean
    TaskScheduler taskScheduler() {
        return new ThreadPoolTaskScheduler();
    }
}
