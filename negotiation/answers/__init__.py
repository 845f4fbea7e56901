"""What the engine answers: each question as a function of a subject and a request, with an answer that can become JSON."""
