/* client.c - sends a line to a server on this machine, and prints its answer
 * Run: cc -Wall -Wextra -pthread client.c -o client && ./client 1234 hello
 * Prints: pong (the answer of ./demo_socket --serve) */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void send_all(int server, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(server, text, length, 0);
        if (sent == -1)
            err(3, "send");
        text += sent;
        length -= (size_t)sent;
    }
}

int main(int count, char *word[])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char text[64];
    ssize_t length;

    if (count != 3)
        errx(2, "usage: client PORT MESSAGE");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK); /* this machine */
    address.sin_port = htons((unsigned short)atoi(word[1]));
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (server == -1)
        err(3, "socket");
    if (connect(server, (struct sockaddr *)&address, sizeof address) == -1)
        err(3, "connect");
    send_all(server, word[2], strlen(word[2]));
    send_all(server, "\n", 1);           /* the message is complete */
    if (shutdown(server, SHUT_WR) == -1) /* and there are no more */
        err(3, "shutdown");
    while ((length = recv(server, text, sizeof text, 0)) > 0)
        printf("%.*s", (int)length, text); /* until the server closes */
    if (length == -1)
        err(3, "recv");
    printf("\n");
    return 0;
}
