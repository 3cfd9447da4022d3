"""Result + plan -> report: findings, decisions, amounts, and the differences between two reports."""
