"""The versioned lake: documents and versions, their bytes and text, their chunks and embeddings."""
